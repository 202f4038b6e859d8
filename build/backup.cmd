@echo off
"%~dp0launch.cmd" backup %*
