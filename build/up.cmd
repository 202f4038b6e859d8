@echo off
"%~dp0launch.cmd" up %*
