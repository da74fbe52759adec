"""Addresses of an employer's own pages. ``candidates`` (posts/<pk>/candidates/) is linked where it exists."""

from django.urls import path

from jobbridge.web.employer import home, posts

app_name = "employer"
urlpatterns = [
    path("", home.home, name="home"),
    path("posts/new/", posts.new, name="post_new"),
    path("posts/<int:pk>/", posts.change, name="post"),
    path("posts/<int:pk>/confirm/", posts.keep, name="post_confirm"),
    path("posts/<int:pk>/close/", posts.close, name="post_close"),
]
