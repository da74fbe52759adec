from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "jobbridge.apps.messaging"
    label = "messaging"
    verbose_name = "消息"
