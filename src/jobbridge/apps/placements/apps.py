from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    name = "jobbridge.apps.placements"
    label = "placements"
    verbose_name = "撮合"
