@echo off
"%~dp0launch.cmd" publish %*
