namespace Jarvis.Client.Platform;

/// <summary>The icons, each one path.</summary>
public static class Icons
{
    private static readonly Dictionary<string, string> Paths = new(StringComparer.Ordinal)
    {
        ["home"] = "M4 11 12 4l8 7v9h-5v-6H9v6H4z",
        ["runs"] = "M4 6h2M4 12h2M4 18h2M10 6h10M10 12h10M10 18h10",
        ["call"] = "M6 3h4l2 5-2.5 2a12 12 0 0 0 4.5 4.5L16 12l5 2v4a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z",
        ["bell"] = "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
        ["person"] = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0",
        ["people"] = "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2 20a7 7 0 0 1 14 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14a7 7 0 0 1 4 6",
        ["hourglass"] = "M7 3h10M7 21h10M8 3v4l4 5 4-5V3M8 21v-4l4-5 4 5v4",
        ["spinner"] = "M12 3a9 9 0 1 1-9 9",
        ["pause"] = "M9 5v14M15 5v14",
        ["play"] = "M7 4.5v15l12-7.5z",
        ["stop"] = "M6 6h12v12H6z",
        ["check"] = "m5 13 4 4L19 7",
        ["cross"] = "m6 6 12 12M18 6 6 18",
        ["slashed"] = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM6 6l12 12",
        ["retry"] = "M4 12a8 8 0 1 1 2.5 5.8M4 20v-5h5",
        ["reload"] = "M20 12a8 8 0 1 1-2.5-5.8M20 4v5h-5",
        ["computer"] = "M3 5h18v11H3zM8 20h8M12 16v4",
        ["phone"] = "M7 2h10v20H7zM11 18h2",
        ["flow"] = "M4 4h6v5H4zM14 15h6v5h-6zM7 9v4a2 2 0 0 0 2 2h5M14 4h6v5h-6z",
        ["search"] = "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
        ["filter"] = "M4 5h16l-6 8v6l-4-2v-4z",
        ["plus"] = "M12 5v14M5 12h14",
        ["left"] = "m15 5-7 7 7 7",
        ["right"] = "m9 5 7 7-7 7",
        ["up"] = "m5 15 7-7 7 7",
        ["down"] = "m5 9 7 7 7-7",
        ["more"] = "M5 12h.01M12 12h.01M19 12h.01",
        ["star"] = "m12 3 2.8 5.9 6.2.800-4.5 4.4 1.1 6.4L12 17.5l-5.6 3 1.1-6.4L3 9.7l6.2-.8z",
        ["gear"] = "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
        ["chart"] = "M4 4v16h16M8 16v-4M12 16V8M16 16v-6",
        ["table"] = "M4 5h16v14H4zM4 10h16M4 15h16M10 5v14",
        ["upload"] = "M12 16V4M7 9l5-5 5 5M4 16v4h16v-4",
        ["download"] = "M12 4v12M7 11l5 5 5-5M4 16v4h16v-4",
        ["copy"] = "M9 9h11v11H9zM5 15H4V4h11v1",
        ["link"] = "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
        ["warning"] = "M12 4 2.5 20h19zM12 10v4M12 17h.01",
        ["info"] = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01",
        ["offline"] = "M3 3l18 18M8.5 12.5a5 5 0 0 1 3-1M5 9a10 10 0 0 1 3-1.8M19 9a10 10 0 0 0-7-3M12 18h.01M15.5 13.5l-.5-.5",
        ["exit"] = "M10 4H4v16h6M9 12h12M17 8l4 4-4 4",
        ["book"] = "M4 5a3 3 0 0 1 3-2h13v16H7a3 3 0 0 0-3 2zM4 5v16",
        ["calendar"] = "M4 6h16v14H4zM4 11h16M8 3v4M16 3v4",
        ["shield"] = "M12 3 4 6v6c0 5 3.5 8 8 9 4.5-1 8-4 8-9V6z",
        ["clock"] = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2",
        ["eye"] = "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
        ["database"] = "M4 6c0-4 16-4 16 0s-16 4-16 0zM4 6v12c0 4 16 4 16 0V6M4 12c0 4 16 4 16 0",
        ["mail"] = "M3 5h18v14H3zM3 6l9 7 9-7",
        ["image"] = "M4 4h16v16H4zM4 16l5-5 4 4 3-3 4 4M9 9h.01",
        ["command"] = "M9 9h6v6H9zM9 9H6.5A2.5 2.5 0 1 1 9 6.5zM15 9V6.5A2.5 2.5 0 1 1 17.5 9zM15 15h2.5a2.5 2.5 0 1 1-2.5 2.5zM9 15v2.5A2.5 2.5 0 1 1 6.5 15z",
        ["model"] = "M12 3v3M12 18v3M3 12h3M18 12h3M7 7h10v10H7z",
    };

    public static string Of(string name) => Paths.TryGetValue(name, out var path) ? path : throw new ArgumentException("There is no icon " + name + ".", nameof(name));

    public static IEnumerable<string> Names => Paths.Keys;
}
