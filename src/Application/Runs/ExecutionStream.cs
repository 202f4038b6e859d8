namespace Jarvis.Application.Runs;

/// <summary>The kind of a run's second stream, as the store knows it.</summary>
public sealed class ExecutionStream;
