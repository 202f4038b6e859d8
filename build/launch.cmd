@echo off
setlocal
where dotnet >nul 2>nul || (echo Jarvis is built with .NET: install the .NET 10 SDK from https://dot.net/download. 1>&2 & exit /b 2)
set DOTNET_CLI_TELEMETRY_OPTOUT=1
set DOTNET_NOLOGO=1
pushd "%~dp0.."
dotnet build build\Build.csproj -c Release -p:RunAnalyzersDuringBuild=false --disable-build-servers --nologo -v quiet 1>&2 || (popd & exit /b 2)
popd
dotnet "%~dp0bin\Release\net10.0\Jarvis.Build.dll" %*
exit /b %ERRORLEVEL%
