"""Addresses behind a person's link. Short: the first one stands in an SMS (`placements.links` writes it)."""

from django.urls import path

from jobbridge.web.worker import pages, wechat

app_name = "worker"
urlpatterns = [
    path("<str:code>/", pages.posts, name="posts"),
    path("<str:code>/mine/", pages.mine, name="mine"),
    path("<str:code>/language/", pages.language, name="language"),
    path("<str:code>/wechat/", wechat.wechat, name="wechat"),
    path("<str:code>/wechat/back/", wechat.wechat_back, name="wechat_back"),
    path("<str:code>/<int:pk>/", pages.reply, name="reply"),
]
