from django.apps import AppConfig


class BrokersConfig(AppConfig):
    name = "jobbridge.apps.brokers"
    label = "brokers"
    verbose_name = "劳务经纪人"

    def ready(self) -> None:
        from jobbridge.apps.brokers.imports import register_handlers

        register_handlers()
