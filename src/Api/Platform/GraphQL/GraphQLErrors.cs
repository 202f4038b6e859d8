using System.Text.RegularExpressions;
using GraphQL;
using GraphQL.Execution;
using GraphQL.Validation;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>A refusal as a GraphQL error. Thrown by resolvers, which have no other way to say no.</summary>
public sealed class RefusalError(Refusal refusal, IReadOnlyDictionary<string, object?>? more = null) : ExecutionError(refusal.Message)
{
    public Refusal Refusal => refusal;

    public IReadOnlyDictionary<string, object?>? More => more;
}

/// <summary>
/// The shape of every error: a message without suggestions (they leak names), never a stack trace, and <c>extensions.code</c>.
/// </summary>
public sealed partial class GraphQLErrors : ErrorInfoProvider
{
    public override ErrorInfo GetInfo(ExecutionError executionError)
    {
        var extensions = new Dictionary<string, object?> { ["code"] = CodeOf(executionError) };
        if (executionError is RefusalError { Refusal.Field: { } field })
        {
            extensions["field"] = field;
        }

        foreach (var (key, value) in (executionError as RefusalError)?.More ?? new Dictionary<string, object?>())
        {
            extensions[key] = value;
        }

        return new ErrorInfo { Message = MessageOf(executionError), Extensions = extensions };
    }

    private static string CodeOf(ExecutionError error) => error switch
    {
        RefusalError refusal => refusal.Refusal.Code,
        UnhandledError { InnerException: { } cause } when StoreAway.Is(cause) => StoreAway.Refusal.Code,
        UnhandledError => "server.error",
        SyntaxError => "graphql.syntax",
        InvalidVariableError => "graphql.invalid_variable",
        InvalidOperationError => "graphql.invalid_operation",
        ValidationError => "graphql.invalid_document",
        _ when error.Code == "TIMEOUT" => "graphql.timeout",
        _ => "graphql.error",
    };

    private static string MessageOf(ExecutionError error)
    {
        if (error is UnhandledError { InnerException: { } cause } && StoreAway.Is(cause))
        {
            return StoreAway.Refusal.Message;
        }

        if (error is UnhandledError)
        {
            return "Something went wrong on the server. It was recorded.";
        }

        var message = Suggestion().Replace(error.Message, string.Empty);
        return message.Length <= GraphQLLimits.ErrorMessageCharacters ? message : message[..GraphQLLimits.ErrorMessageCharacters];
    }

    [GeneratedRegex(@"\s*Did you mean[^?]*\?", RegexOptions.CultureInvariant)]
    private static partial Regex Suggestion();
}
