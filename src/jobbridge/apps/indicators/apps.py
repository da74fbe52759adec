from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "jobbridge.apps.indicators"
    label = "indicators"
    verbose_name = "指标"

    def ready(self) -> None:
        from jobbridge.apps.indicators.imports import register_handlers

        register_handlers()
