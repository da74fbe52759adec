from django.apps import AppConfig


class VacanciesConfig(AppConfig):
    name = "jobbridge.apps.vacancies"
    label = "vacancies"
    verbose_name = "岗位"
