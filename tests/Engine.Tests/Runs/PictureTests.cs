using System.Text;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Workflows;
using Jarvis.Engine.Workflows.Screens;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Runs;

/// <summary>Pictures of the screen, and what becomes of content that stands beside the events.</summary>
public sealed class PictureTests
{
    private const string Failing = "  - fine: { set: { a: 1 } }\n  - broken: { raise: { error: { type: 'https://example.com/broken', status: 500 } } }\n";

    private static readonly byte[] Picture = [0x89, 0x50, 0x4E, 0x47, 1, 2, 3];

    [Fact]
    public async Task what_was_on_the_screen_when_a_run_failed_stands_at_the_node_that_failed()
    {
        await using var it = new EngineUnderTest(settings => settings with { ScreenOnFault = _ => Task.FromResult(Picture) });

        var run = await it.Start(Failing, submits: true);
        (await it.Ended(run)).ShouldBeOfType<Ending.Faulted>();

        var events = it.Events(run);
        var attached = events.OfType<ExecutionBlobAttached>().ShouldHaveSingleItem();
        (attached.Instance, attached.Purpose, attached.Blob.Type, attached.Blob.Size).ShouldBe(("/do/1/broken", BlobPurpose.Screenshot, "image/png", Picture.Length));
        events[^1].ShouldBeOfType<ExecutionFaulted>("the end stays the end");
        (await File.ReadAllBytesAsync(new BlobFolder(it.Home.BlobFolder).FileOf(attached.Blob.Hash), TestContext.Current.CancellationToken)).ShouldBe(Picture);
        it.Journal.Uploads().ShouldBe((1, Picture.Length));
        it.Journal.NextUpload(DateTimeOffset.UtcNow)!.Blob.ShouldBe(attached.Blob);
    }

    [Theory]
    [InlineData(false, Failing)]
    [InlineData(true, "  - fine: { set: { a: 1 } }\n")]
    [InlineData(true, "  - caught: { try: [ { broken: { raise: { error: { type: 'https://example.com/broken', status: 500 } } } } ], catch: {} }\n")]
    public async Task no_picture_is_taken_of_a_run_that_stays_on_the_pc_or_does_not_fail(bool submits, string tasks)
    {
        await using var it = new EngineUnderTest(settings => settings with { ScreenOnFault = _ => Task.FromResult(Picture) });

        var run = await it.Start(tasks, submits: submits);
        await it.Ended(run);

        it.Events(run).OfType<ExecutionBlobAttached>().ShouldBeEmpty();
        it.Journal.Uploads().Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_picture_that_cannot_be_taken_or_kept_is_a_line_in_the_log(bool isForbidden)
    {
        Exception why = isForbidden ? new UnauthorizedAccessException("it may not be written") : new IOException("the screen is locked");
        await using var it = new EngineUnderTest(settings => settings with { ScreenOnFault = _ => Task.FromException<byte[]>(why) });

        var run = await it.Start(Failing, submits: true);

        (await it.Ended(run)).ShouldBeOfType<Ending.Faulted>().Fault.Type.ShouldBe("https://example.com/broken");
        it.LogTexts(run).ShouldContain(line => line.Contains(why.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task a_secret_is_masked_before_a_large_value_becomes_a_blob()
    {
        await using var it = new EngineUnderTest();
        await File.WriteAllTextAsync(it.Home.SecretsFile, """{"token":"hunter2-hunter2"}""", TestContext.Current.CancellationToken);
        var run = await it.Start(
            "  - big: { set: { text: '${ .text + $secrets.token }' } }\n", Json.Of(("text", new string('x', 100_000))), more: "use: { secrets: [ token ] }\n", submits: true);
        await it.Ended(run);

        var blobs = Directory.EnumerateFiles(it.Home.BlobFolder, "*", SearchOption.AllDirectories).ToList();
        blobs.ShouldNotBeEmpty();
        foreach (var blob in blobs)
        {
            (await File.ReadAllTextAsync(blob, Encoding.UTF8, TestContext.Current.CancellationToken)).ShouldNotContain("hunter2");
        }

        it.Journal.Uploads().Count.ShouldBe(blobs.Count);
    }

    [Fact]
    public async Task a_real_screen_is_pictured_and_the_picture_stands_at_its_task()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/Xvfb"), "A screen without a monitor needs Xvfb.");
        const string Display = ":83";
        await using var screen = ProcessUnderTest.Start("/usr/bin/Xvfb", [Display, "-screen", "0", "640x480x24", "-nolisten", "tcp"]);
        await EngineUnderTest.Eventually(() => File.Exists("/tmp/.X11-unix/X83"));
        var before = Environment.GetEnvironmentVariable("DISPLAY");
        Environment.SetEnvironmentVariable("DISPLAY", Display);
        try
        {
            Assert.SkipWhen(SystemScreen.Find(out var lacking) is null, lacking ?? "");
            await using var it = new EngineUnderTest();

            var run = await it.Start("  - look: { call: 'screen.capture', with: { path: seen.png } }\n", submits: true);
            (await it.Ended(run)).ShouldBeOfType<Ending.Completed>((await it.Ended(run)).ToString());

            var attached = it.Events(run).OfType<ExecutionBlobAttached>().ShouldHaveSingleItem();
            (attached.Instance, attached.Purpose).ShouldBe(("/do/0/look", BlobPurpose.Screenshot));
            var png = await File.ReadAllBytesAsync(new BlobFolder(it.Home.BlobFolder).FileOf(attached.Blob.Hash), TestContext.Current.CancellationToken);
            Encoding.ASCII.GetString(png, 1, 3).ShouldBe("PNG");
            // Width and height stand behind the signature and the name of the first chunk.
            (png[18] * 256 + png[19], png[22] * 256 + png[23]).ShouldBe((640, 480));
        }
        finally
        {
            Environment.SetEnvironmentVariable("DISPLAY", before);
        }
    }

    [Fact]
    public async Task without_a_display_a_picture_is_not_available_and_says_so()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("DISPLAY") is null && Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is null, "There is a display here.");
        await using var it = new EngineUnderTest();

        var fault = await it.Fault("  - look: { call: 'screen.capture', with: {} }\n");

        (fault.Type, fault.Detail).ShouldBe((JarvisFaults.NotAvailable, SystemScreen.NoDisplay));
    }
}
