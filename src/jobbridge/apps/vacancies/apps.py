from django.apps import AppConfig


class VacanciesConfig(AppConfig):
    name = "jobbridge.apps.vacancies"
    label = "vacancies"
    verbose_name = "岗位"

    def ready(self) -> None:
        from jobbridge.apps.vacancies.imports import register_handlers

        register_handlers()
