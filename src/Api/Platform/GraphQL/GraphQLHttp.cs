using GraphQL;
using GraphQLParser.AST;
using Jarvis.Api.Accounts;
using Jarvis.Domain.Platform;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Net.Http.Headers;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>
/// GraphQL over HTTP. Queries by GET and POST, mutations by POST only, subscriptions by socket only. A POST needs <c>application/json</c>, which
/// no page of another origin can send without being asked first, and the only credential is a header: there is nothing to forge.
/// </summary>
public sealed class GraphQLHttp(GraphQLExecution execution, IGraphQLTextSerializer serializer, BodyBudget bodies)
{
    public async Task Answer(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, POST";
            await Write(context, StatusCodes.Status405MethodNotAllowed, GraphQLMediaTypes.Json, new Refusal("graphql.method_not_allowed", "Use GET or POST."));
            return;
        }

        if (GraphQLMediaTypes.Choose(context.Request) is not { } mediaType)
        {
            await Write(context, StatusCodes.Status406NotAcceptable, GraphQLMediaTypes.Json,
                new Refusal("graphql.not_acceptable", $"Accept {GraphQLMediaTypes.Response} or {GraphQLMediaTypes.Json}."));
            return;
        }

        var signIn = await context.AuthenticateAsync(BearerAuthentication.SchemeName);
        if (signIn.Failure is not null)
        {
            await Unauthorized(context, mediaType, BearerAuthentication.RefusalOf(signIn));
            return;
        }

        var caller = (signIn.Principal?.Identity as CallerIdentity)?.Caller;
        if (caller?.DeviceId is not null)
        {
            await Write(context, StatusCodes.Status403Forbidden, mediaType, AuthRefusals.Forbidden);
            return;
        }

        using var body = await Hold(context, caller, mediaType);
        if (body is null)
        {
            return;
        }

        var (request, refusal, status) = Read(context, body);
        if (request is null)
        {
            await Write(context, status, mediaType, refusal!);
            return;
        }

        var (operation, no) = execution.Admit(request, caller);
        if (operation is null)
        {
            if (no == AuthRefusals.Required)
            {
                await Unauthorized(context, mediaType, no);
                return;
            }

            await Write(context, RequestErrorStatus(mediaType), mediaType, no!);
            return;
        }

        switch (operation.Operation.Operation)
        {
            case OperationType.Mutation when HttpMethods.IsGet(context.Request.Method):
                context.Response.Headers.Allow = "POST";
                await Write(context, StatusCodes.Status405MethodNotAllowed, mediaType, new Refusal("graphql.mutation_by_get", "Send mutations by POST."));
                return;
            case OperationType.Subscription:
                await Write(context, RequestErrorStatus(mediaType), mediaType,
                    new Refusal("graphql.subscription_by_http", "Subscribe over the WebSocket subprotocol graphql-transport-ws."));
                return;
        }

        var result = await execution.Execute(operation, caller, null, context.RequestServices, context.RequestAborted);
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        await Write(context, result.Executed ? StatusCodes.Status200OK : RequestErrorStatus(mediaType), mediaType, result);
    }

    // With application/json an intermediary may have made the error, so the status stays 200 (section 6.4.1, as the audits of graphql-http read it).
    private static int RequestErrorStatus(string mediaType) =>
        mediaType == GraphQLMediaTypes.Json ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;

    // Null once it was answered why there is none. A GET has an empty one.
    private async Task<HeldBody?> Hold(HttpContext context, Caller? caller, string mediaType)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            return new HeldBody(bodies, caller?.AccountId);
        }

        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals(GraphQLMediaTypes.Json, StringComparison.OrdinalIgnoreCase)
            || (type.Charset.HasValue && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            await Write(context, StatusCodes.Status415UnsupportedMediaType, mediaType, new Refusal("graphql.media_type", "Send application/json in UTF-8."));
            return null;
        }

        var limit = caller is null ? GraphQLLimits.AnonymousBodyBytes : GraphQLLimits.BodyBytes;
        try
        {
            return context.Request.ContentLength > limit
                ? throw new BodyTooLargeException()
                : await bodies.Read(context.Request.Body, limit, caller?.AccountId, context.RequestAborted, said: context.Request.ContentLength);
        }
        catch (BodyTooLargeException) when (caller is null)
        {
            await Unauthorized(context, mediaType, AuthRefusals.Required);
        }
        catch (BodyTooLargeException)
        {
            await Write(context, StatusCodes.Status413PayloadTooLarge, mediaType, TooLarge);
        }
        catch (BodyTooSlowException)
        {
            await Write(context, StatusCodes.Status408RequestTimeout, mediaType, BodyBudget.TooSlow);
        }
        catch (BodyBudgetException)
        {
            context.Response.Headers.RetryAfter = "2";
            await Write(context, StatusCodes.Status503ServiceUnavailable, mediaType, BodyBudget.Busy);
        }

        return null;
    }

    private static (GraphQLRequest? Request, Refusal? Refusal, int Status) Read(HttpContext context, HeldBody body)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            var (fromQuery, no) = GraphQLRequest.From(context.Request.Query);
            return (fromQuery, no, StatusCodes.Status400BadRequest);
        }

        var (json, malformed) = GraphQLBody.Parse(body.Memory);
        if (json is null)
        {
            return (null, malformed, StatusCodes.Status400BadRequest);
        }

        using (json)
        {
            var (fromBody, no) = GraphQLRequest.From(json.RootElement);
            return (fromBody, no, no?.Code == GraphQLRequest.Malformed ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status400BadRequest);
        }
    }

    private static readonly Refusal TooLarge = new("graphql.too_large", $"The body is larger than {GraphQLLimits.BodyBytes} bytes.");

    private Task Unauthorized(HttpContext context, string mediaType, Refusal refusal)
    {
        context.Response.Headers.WWWAuthenticate = refusal == AuthRefusals.Required ? "Bearer" : "Bearer error=\"invalid_token\"";
        return Write(context, StatusCodes.Status401Unauthorized, mediaType, refusal);
    }

    private Task Write(HttpContext context, int status, string mediaType, Refusal refusal) =>
        Write(context, status, mediaType, GraphQLExecution.Refused(refusal));

    private Task Write(HttpContext context, int status, string mediaType, ExecutionResult result)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = $"{mediaType}; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return serializer.WriteAsync(context.Response.Body, result, context.RequestAborted);
    }
}
