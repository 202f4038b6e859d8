using System.Globalization;

namespace Jarvis.Api.Platform.Screens;

/// <summary>What stands where an app is still being published; it asks again by itself.</summary>
internal static class PreparingPage
{
    public static string Html(int seconds) => string.Create(CultureInfo.InvariantCulture, $$"""
        <!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="{{seconds}}"><title>Jarvis</title>
        <style>:root{color-scheme:light dark}body{font:16px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}</style>
        <main><h1>界面正在准备</h1><p>第一次启动时要编译界面，大约一分钟。本页会自动刷新。</p>
        <p lang="en">The screens are being built, which takes about a minute the first time. This page reloads by itself.</p></main></html>
        """);
}
