@echo off
"%~dp0launch.cmd" bench %*
