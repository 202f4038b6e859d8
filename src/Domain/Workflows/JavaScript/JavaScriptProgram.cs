using System.Globalization;
using System.Text.RegularExpressions;
using Acornima;
using Acornima.Ast;
using Jarvis.Domain.Workflows.Data;
using Jint;
using Jint.Runtime;
using Engine = Jint.Engine;
using JsonParser = Jint.Native.Json.JsonParser;
using JsonSerializer = Jint.Native.Json.JsonSerializer;

namespace Jarvis.Domain.Workflows.JavaScript;

/// <summary>A mistake in a program's text.</summary>
/// <param name="Position">0-based place in the text.</param>
public sealed record JavaScriptSyntaxError(string Message, int Position);

/// <summary>The program raised an error, or asked for more than it may use.</summary>
public sealed class JavaScriptException(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// An expression in JavaScript (ECMAScript, strict), compiled once. What it is evaluated on stands in <c>$</c> and <c>input</c>; it has no
/// clock but the one it is given, no chance, no modules and no way out.
/// </summary>
public sealed class JavaScriptProgram
{
    /// <summary>The most statements that one evaluation executes.</summary>
    public const int MaxStatements = 5_000_000;

    /// <summary>The most memory that one evaluation takes in all, in bytes.</summary>
    public const long MaxBytes = 256 * 1024 * 1024;

    /// <summary>How deep functions may call one another.</summary>
    public const int MaxDepth = 256;

    /// <summary>The longest list.</summary>
    public const uint MaxArraySize = 10_000_000;

    private const string Open = "(";
    private const string Close = "\n)";

    private static readonly TimeSpan RegexTimeout = TimeSpan.FromSeconds(1);

    private readonly Prepared<Script> script;

    private JavaScriptProgram(Prepared<Script> script) => this.script = script;

    public static bool TryCompile(string source, out JavaScriptProgram? program, out JavaScriptSyntaxError? error)
    {
        // As an expression first, so that braces are an object; then as statements, of which the last gives the value.
        if (Prepare(Open + source + Close, out program, out _))
        {
            error = null;
            return true;
        }

        return Prepare(source, out program, out error);
    }

    /// <param name="variables">Values of the variables it may mention, without their <c>$</c>.</param>
    /// <param name="now">The time that it sees.</param>
    /// <exception cref="JavaScriptException">It failed, or asked for too much.</exception>
    public Json Evaluate(Json input, IReadOnlyDictionary<string, Json>? variables, Func<DateTimeOffset> now, CancellationToken cancellation = default)
    {
        var engine = new Engine(options =>
        {
            options.Strict().DisableStringCompilation().MaxStatements(MaxStatements).LimitMemory(MaxBytes).LimitRecursion(MaxDepth).CancellationToken(cancellation);
            options.TimeSystem = new GivenTime(now);
            options.TimeZone = TimeZoneInfo.Utc;
            options.Culture = CultureInfo.InvariantCulture;
            options.Constraints.RegexTimeout = RegexTimeout;
            options.Constraints.StackOverflowGuard = true;
            options.Constraints.MaxArraySize = MaxArraySize;
        });
        try
        {
            engine.Evaluate("delete Math.random");
            var parser = new JsonParser(engine);
            var on = parser.Parse(input.ToString());
            engine.SetValue("$", on);
            engine.SetValue("input", on);
            foreach (var (name, value) in variables ?? new Dictionary<string, Json>())
            {
                engine.SetValue("$" + name, parser.Parse(value.ToString()));
            }

            var text = new JsonSerializer(engine).Serialize(engine.Evaluate(in script));
            return text.IsString() ? Json.Parse(text.AsString()) : Json.Null;
        }
        catch (ExecutionCanceledException stopped) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(stopped.Message, stopped, cancellation);
        }
        catch (Exception failed) when (failed is JintException or RegexMatchTimeoutException or InsufficientExecutionStackException
            or System.Text.Json.JsonException or InvalidCastException or OverflowException or OutOfMemoryException)
        {
            throw new JavaScriptException(failed.Message, failed);
        }
    }

    /// <summary>JavaScript's truth: not null, false, 0 or an empty text.</summary>
    public static bool IsTrue(Json value) => value switch
    {
        JsonNull or JsonBoolean { Value: false } or JsonNumber { Value: 0 } or JsonString { Value: "" } => false,
        _ => true,
    };

    private static bool Prepare(string text, out JavaScriptProgram? program, out JavaScriptSyntaxError? error)
    {
        try
        {
            program = new JavaScriptProgram(Engine.PrepareScript(text, strict: true));
            error = null;
            return true;
        }
        catch (ScriptPreparationException mistake)
        {
            program = null;
            error = mistake.InnerException is ParseErrorException { Error: { } parse }
                ? new JavaScriptSyntaxError(parse.Description, Math.Clamp(parse.Index, 0, text.Length))
                : new JavaScriptSyntaxError(mistake.InnerException?.Message ?? mistake.Message, 0);
            return false;
        }
        catch (InsufficientExecutionStackException deep)
        {
            program = null;
            error = new JavaScriptSyntaxError(deep.Message, 0);
            return false;
        }
    }

    /// <summary>Dates by the clock that an evaluation is given, in UTC.</summary>
    private sealed class GivenTime(Func<DateTimeOffset> now) : ITimeSystem
    {
        private readonly DefaultTimeSystem rules = new(TimeZoneInfo.Utc, CultureInfo.InvariantCulture);

        public TimeZoneInfo DefaultTimeZone => TimeZoneInfo.Utc;

        public DateTimeOffset GetUtcNow() => now();

        public TimeSpan GetUtcOffset(long epochMilliseconds) => TimeSpan.Zero;

        public bool TryParse(string date, out long epochMilliseconds) => rules.TryParse(date, out epochMilliseconds);
    }
}
