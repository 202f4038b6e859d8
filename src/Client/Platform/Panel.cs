namespace Jarvis.Client.Platform;

/// <summary>One thing that a page loads: shown as a skeleton, as data, as data with their age, or as what went wrong with a way on.</summary>
public sealed class Panel<T>
    where T : class
{
    public T? Data { get; set; }

    public bool IsLoading { get; set; }

    /// <summary>Why the last attempt failed; null after one that did not.</summary>
    public Exception? Problem { get; set; }

    /// <summary>When the data were asked for, if the device kept them and could not ask now.</summary>
    public DateTimeOffset? KeptAt { get; set; }

    /// <summary>Parts that the server could not give.</summary>
    public IReadOnlyList<Refusal> Refusals { get; set; } = [];

    /// <summary>Asks again; set by the page's <c>Load</c>.</summary>
    public Func<Task> Again { get; set; } = () => Task.CompletedTask;
}
