from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "jobbridge.apps.casework"
    label = "casework"
    verbose_name = "帮扶"
