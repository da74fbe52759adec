from django.apps import AppConfig


class CycleConfig(AppConfig):
    name = "jobbridge.apps.cycle"
    label = "cycle"
    verbose_name = "每日循环"
