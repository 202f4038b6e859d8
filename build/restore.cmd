@echo off
"%~dp0launch.cmd" restore %*
