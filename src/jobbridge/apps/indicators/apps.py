from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "jobbridge.apps.indicators"
    label = "indicators"
    verbose_name = "指标"
