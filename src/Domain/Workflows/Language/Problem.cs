namespace Jarvis.Domain.Workflows.Language;

/// <summary>One mistake in a workflow file.</summary>
/// <param name="Code">Stable, dotted, such as <c>language.unknown_property</c>.</param>
/// <param name="Message">What is wrong and how to mend it, naming the field.</param>
/// <param name="Line">Line of the mistake in the source, from 1.</param>
/// <param name="Column">Column of the mistake in the source, from 1.</param>
/// <param name="Pointer">JSON Pointer of the value in question, or null where the text could not be read at all.</param>
public sealed record Problem(string Code, string Message, int Line, int Column, string? Pointer);
