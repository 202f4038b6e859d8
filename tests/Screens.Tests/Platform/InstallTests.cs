using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Jarvis.Testing;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>The phone app over TLS (<c>build/up --listen</c>), for whoever trusts the server's own authority.</summary>
[Collection(Walk.Turns)]
public sealed class InstallTests(SystemUnderTest system)
{
    [Fact]
    public async Task who_trusts_the_authority_that_the_server_hands_out_is_served_and_who_does_not_is_warned()
    {
        SkipWithoutBrowser();
        using var authority = X509CertificateLoader.LoadCertificateFromFile(system.AuthorityFile);
        using var trusting = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new() { CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck } },
        }) { BaseAddress = new Uri(system.SecureUrl) };

        using var certificate = await trusting.GetAsync("/ca.crt");
        (await certificate.Content.ReadAsStringAsync()).ShouldBe(await File.ReadAllTextAsync(system.AuthorityFile));
        certificate.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("inline", "as an attachment an iPhone would not offer to install it");
        (await trusting.GetStringAsync("/")).ShouldContain($"{system.SecureUrl}/m/");
        // On the computer itself the code leads to where the phone can come, and to the page that says how to trust it first.
        using var here = new HttpClient { BaseAddress = new Uri(system.Url) };
        (await here.GetStringAsync("/")).ShouldContain($"aria-label=\"给手机扫描的二维码：{system.SecureUrl}/\"");
        using var page = await trusting.GetAsync("/m/");
        page.Headers.Contains("Content-Security-Policy").ShouldBeTrue();

        using var stranger = new HttpClient { BaseAddress = new Uri(system.SecureUrl) };
        (await Should.ThrowAsync<HttpRequestException>(() => stranger.GetStringAsync("/"))).HttpRequestError.ShouldBe(HttpRequestError.SecureConnectionError);
    }

    [Fact]
    public async Task the_browser_that_trusts_it_can_install_the_app_which_then_starts_offline()
    {
        SkipWithoutBrowser();
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(system.CertificateFile);
        using var profile = new TemporaryFolder();
        // A browser without a person takes no authority; it is told that this key is good, which the chain above has shown.
        var trusted = Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        await using var context = await system.Playwright.Chromium.LaunchPersistentContextAsync(profile.Path, new()
        {
            ExecutablePath = SystemUnderTest.BrowserProgram,
            Args = ["--no-sandbox", $"--ignore-certificate-errors-spki-list={trusted}"],
            Locale = "zh-CN",
            ViewportSize = new ViewportSize { Width = Walk.Narrow, Height = 844 },
        });
        context.SetDefaultTimeout(60_000);
        var page = context.Pages[0];
        await page.GotoAsync($"{system.SecureUrl}/m/");
        await page.Locator("input[type=email]").WaitForAsync();
        (await page.EvaluateAsync<bool>("() => isSecureContext && location.protocol === 'https:'")).ShouldBeTrue();
        await page.WaitForFunctionAsync("async () => (await navigator.serviceWorker.ready).active && navigator.serviceWorker.controller !== null");

        var protocol = await context.NewCDPSessionAsync(page);
        var manifest = (await protocol.SendAsync("Page.getAppManifest"))!.Value;
        manifest.GetProperty("errors").GetArrayLength().ShouldBe(0);
        manifest.GetProperty("url").GetString().ShouldBe($"{system.SecureUrl}/m/manifest.webmanifest");
        var hindrances = (await protocol.SendAsync("Page.getInstallabilityErrors"))!.Value.GetProperty("installabilityErrors");
        hindrances.EnumerateArray().Select(error => error.GetProperty("errorId").GetString()).ShouldBeEmpty();

        await context.SetOfflineAsync(true);
        await page.ReloadAsync();
        await page.Locator("input[type=email]").WaitForAsync();
    }

    private void SkipWithoutBrowser()
    {
        if (system.Browser is null)
        {
            Assert.Skip("There is no Chromium on this machine.");
        }
    }
}
