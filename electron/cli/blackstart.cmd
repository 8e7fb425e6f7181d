@echo off
rem The command line as one program on Windows: the bundle of the package, or in a checkout the sources beside this file.
setlocal
set "here=%~dp0"
set "root=%here%..\.."
set "program=%root%\build\engine\blackstart.mjs"
set "node=%root%\..\runtime\node.exe"
if exist "%here%main.ts" set "program=%here%main.ts"
if not exist "%node%" set "node=node"
set "NODE_OPTIONS="
"%node%" --disable-warning=ExperimentalWarning --min-semi-space-size=16 "%program%" %*
exit /b %ERRORLEVEL%
