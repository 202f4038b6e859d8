using Jarvis.Client.Platform;
using Jarvis.Mobile.Devices;
using Jarvis.Mobile.Platform;
using Jarvis.Mobile.Runs;
using Jarvis.Mobile.Workflows;
using Microsoft.Extensions.DependencyInjection;

namespace Jarvis.Client.Tests.Platform;

/// <summary>A page of the phone app, with what the app itself adds.</summary>
public abstract class PhoneTest : ScreenTest
{
    protected static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    protected PhoneTest()
    {
        Services.AddSingleton<TabStacks>();
        Services.AddSingleton<Acts>();
        Services.AddSingleton(AnswersKept.Kinds);
        Services.AddSingleton<ChosenDevice>();
        Services.AddSingleton<RunActs>();
        Services.AddSingleton<WorkflowActs>();
        // The sign-in lasts longer than what waits.
        Browser.Shared.Kept[(Stores.Session, "tokens")] = Tokens("access-1", "refresh-1", Clock.GetUtcNow().AddDays(1));
    }

    protected Outbox Box => The<Outbox>();

    protected static async Task Until(Func<bool> holds)
    {
        var deadline = DateTime.UtcNow + Long;
        while (!holds() && DateTime.UtcNow < deadline)
        {
            await Task.Delay(20);
        }

        if (!holds())
        {
            throw new TimeoutException("It did not come to that.");
        }
    }
}
