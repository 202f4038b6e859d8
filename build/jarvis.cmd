@echo off
setlocal
set PROGRAM=%~dp0..\src\Desktop\Cli\bin\Release\net10.0\jarvis.dll
if not exist "%PROGRAM%" (echo The jarvis program is not built yet: run build\up once. 1>&2 & exit /b 2)
where dotnet >nul 2>nul || (echo Jarvis needs .NET: install the .NET 10 SDK from https://dot.net/download. 1>&2 & exit /b 2)
dotnet "%PROGRAM%" %*
exit /b %ERRORLEVEL%
