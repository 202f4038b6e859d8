using Jarvis.Domain.Platform;

namespace Jarvis.Application.Platform.Operations;

/// <summary>The port to what makes views anew, beside the ones that are read.</summary>
public interface IViewRebuilds
{
    /// <summary>Why a rebuild of that view cannot begin; null where it can.</summary>
    Refusal? WhyNotBegin(string view);

    /// <summary>The operation whose rebuild of that view is under way in this process; null for none.</summary>
    Guid? UnderWay(string view);

    /// <summary>Why the view cannot be switched to now; null where it can.</summary>
    Refusal? WhyNotSwitch(string view);

    /// <summary>Begins folding beside the live view; the same operation again begins nothing.</summary>
    void Begin(string view, Guid operation);

    /// <summary>Folds the last events and puts the new view in the place of the old one; a refusal where those who read the old one never let it, and all is as before.</summary>
    Task<Refusal?> Switch(string view, CancellationToken cancel);

    /// <summary>Throws the new view away.</summary>
    Task Discard(string view, CancellationToken cancel);
}
