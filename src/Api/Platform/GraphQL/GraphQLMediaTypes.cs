using Microsoft.Net.Http.Headers;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>Which of the two media types an answer takes (GraphQL over HTTP, section 6.1; RFC 9110, section 12.5.1).</summary>
public static class GraphQLMediaTypes
{
    public const string Response = "application/graphql-response+json";
    public const string Json = "application/json";

    /// <summary>The type to answer with, or null where the client takes neither.</summary>
    public static string? Choose(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0)
        {
            return Json;
        }

        if (!MediaTypeHeaderValue.TryParseList(accept, out var ranges))
        {
            return null;
        }

        // An own type before a range, then the client's own weights; clients that know the newer type name it.
        var response = Quality(ranges, Response);
        var json = Quality(ranges, Json);
        return (response, json) switch
        {
            ( <= 0, <= 0) => null,
            _ when response > json => Response,
            _ when response == json && ranges.Any(range => range.MediaType.Equals(Response, StringComparison.OrdinalIgnoreCase)) => Response,
            _ => json > 0 ? Json : Response,
        };
    }

    private static double Quality(IList<MediaTypeHeaderValue> ranges, string type)
    {
        MediaTypeHeaderValue? best = null;
        var bestRank = 0;
        foreach (var range in ranges)
        {
            if (range.Charset.HasValue && !range.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var rank = range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase) ? 3
                : range.MediaType.Equals("application/*", StringComparison.OrdinalIgnoreCase) ? 2
                : range.MediaType.Equals("*/*", StringComparison.Ordinal) ? 1 : 0;
            if (rank > bestRank)
            {
                (best, bestRank) = (range, rank);
            }
        }

        return best is null ? 0 : best.Quality ?? 1;
    }
}
