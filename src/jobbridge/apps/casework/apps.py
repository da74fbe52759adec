from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "jobbridge.apps.casework"
    label = "casework"
    verbose_name = "帮扶"

    def ready(self) -> None:
        from jobbridge.apps.casework.imports import register_handlers

        register_handlers()
