from django.apps import AppConfig


class TargetingConfig(AppConfig):
    name = "jobbridge.apps.targeting"
    label = "targeting"
    verbose_name = "重点群体"
