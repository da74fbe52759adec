from django.apps import AppConfig


class EmployersConfig(AppConfig):
    name = "jobbridge.apps.employers"
    label = "employers"
    verbose_name = "用工单位"
