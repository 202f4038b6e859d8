@echo off
"%~dp0launch.cmd" test %*
