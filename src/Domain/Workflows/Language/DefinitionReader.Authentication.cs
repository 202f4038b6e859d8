using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>How requests prove who sends them (dsl-reference.md, "Authentication").</summary>
internal sealed partial class DefinitionReader
{
    private static readonly string[] Schemes = ["use", "basic", "bearer", "digest", "oauth2", "oidc"];

    private static readonly string[] TokenParts =
        ["use", "authority", "grant", "client", "request", "issuers", "scopes", "audiences", "username", "password", "subject", "actor"];

    private static readonly string[] Grants =
        ["client_credentials", "password", "refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"];

    private static readonly string[] ClientProofs = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];

    private static readonly string[] TokenEncodings = ["application/x-www-form-urlencoded", "application/json"];

    private Authentication? Authentication(Spot spot, Scope scope)
    {
        // Some write the name of a policy directly; the DSL's text allows it, its schema does not.
        if (spot.Node is ScalarNode { Value: JsonString named })
        {
            return Referenced(authentications, named.Value, spot, "authentication", "use.authentications");
        }

        if (Fields.Of(spot, problems, "`authentication`", Schemes, ["certificate"]) is not { } fields)
        {
            return null;
        }

        if (fields.Text("use") is { } reference)
        {
            return Referenced(authentications, reference, fields["use"]!, "authentication", "use.authentications");
        }

        var given = Schemes.Where(scheme => fields[scheme] is not null).ToList();
        if (given.Count != 1)
        {
            if (fields["certificate"] is null)
            {
                problems.Add("language.missing", given.Count == 0
                    ? "`authentication` must have one of use, basic, bearer, digest, oauth2, oidc."
                    : $"`authentication` takes one scheme; keep one of {string.Join(", ", given)}.", spot);
            }

            return null;
        }

        var policy = fields[given[0]]!;
        return given[0] switch
        {
            "basic" => Pair(policy, "basic", AuthenticationScheme.Basic, (user, password) => new Authentication.Basic(user, password), scope),
            "digest" => Pair(policy, "digest", AuthenticationScheme.Digest, (user, password) => new Authentication.Digest(user, password), scope),
            "bearer" => Bearer(policy, scope),
            "oauth2" => Token(policy, "oauth2", AuthenticationScheme.OAuth2, scope),
            "oidc" => Token(policy, "oidc", AuthenticationScheme.Oidc, scope),
            _ => null,
        };
    }

    private Authentication? Pair(Spot spot, string name, AuthenticationScheme scheme, Func<Template, Template, Authentication> make, Scope scope)
    {
        if (Fields.Of(spot, problems, $"`{name}`", ["username", "password", "use"]) is not { } fields)
        {
            return null;
        }

        if (fields["use"] is not null)
        {
            return FromSecret(fields, scheme);
        }

        var username = fields.Required("username", $"`{name}`") is { } u ? TextOrExpression(u, "username", scope) : null;
        var password = fields.Required("password", $"`{name}`") is { } p ? TextOrExpression(p, "password", scope) : null;
        return username is null || password is null ? null : make(username, password);
    }

    private Authentication? Bearer(Spot spot, Scope scope)
    {
        if (Fields.Of(spot, problems, "`bearer`", ["token", "use"]) is not { } fields)
        {
            return null;
        }

        if (fields["use"] is not null)
        {
            return FromSecret(fields, AuthenticationScheme.Bearer);
        }

        return fields.Required("token", "`bearer`") is { } token && TextOrExpression(token, "token", scope) is { } template
            ? new Authentication.Bearer(template)
            : null;
    }

    private Authentication? Token(Spot spot, string name, AuthenticationScheme scheme, Scope scope)
    {
        var known = scheme == AuthenticationScheme.OAuth2 ? [.. TokenParts, "endpoints"] : TokenParts;
        if (Fields.Of(spot, problems, $"`{name}`", known) is not { } fields)
        {
            return null;
        }

        if (fields["use"] is not null)
        {
            return FromSecret(fields, scheme);
        }

        var complete = fields.Required("authority", $"`{name}`") is not null & fields.Required("grant", $"`{name}`") is not null;
        if (fields["grant"] is { Node: ScalarNode { Value: JsonString { Value: "authorization_code" } } } code)
        {
            problems.Add("language.not_supported", "`grant: authorization_code` needs a person at a browser, which a run does not have. Use client_credentials, password, refresh_token or a token exchange.", code);
            return null;
        }

        complete &= OneOf(fields, "grant", Grants);
        Part(fields, "endpoints", ["token", "revocation", "introspection"]);
        complete &= Part(fields, "client", ["id", "secret", "assertion", "authentication"]) is not { } client || OneOf(client, "authentication", ClientProofs);
        complete &= Part(fields, "request", ["encoding"]) is not { } request || OneOf(request, "encoding", TokenEncodings);
        foreach (var who in (string[])["subject", "actor"])
        {
            if (Part(fields, who, ["token", "type"]) is { } token)
            {
                complete &= token.Required("token", $"`{who}`") is not null & token.Required("type", $"`{who}`") is not null;
            }
        }

        foreach (var many in (string[])["scopes", "audiences", "issuers"])
        {
            if (fields[many] is { Node: MapNode } strange)
            {
                problems.Add("language.wrong_type", $"`{many}` must be a list of texts, not an object.", strange);
            }
        }

        return Value(spot, scope) is { } policy && complete ? new Authentication.OAuth2(policy, scheme == AuthenticationScheme.Oidc) : null;
    }

    private Fields? Part(Fields fields, string name, string[] known) =>
        fields[name] is { Node: not ScalarNode { Value: JsonString } } spot ? Fields.Of(spot, problems, $"`{name}`", known) : null;

    /// <summary>Whether a literal is one of a few words; an expression may give any.</summary>
    private bool OneOf(Fields fields, string name, string[] words)
    {
        if (fields[name] is not { Node: ScalarNode { Value: JsonString text } } spot || Enclosed(text.Value) is not null || words.Contains(text.Value))
        {
            return true;
        }

        problems.Add("language.invalid_value", $"`{name}: {text.Value}` is none of {string.Join(", ", words)}.{Suggestion.For(text.Value, words)}", spot);
        return false;
    }

    private Authentication.FromSecret? FromSecret(Fields fields, AuthenticationScheme scheme)
    {
        if (fields.Text("use") is not { } name)
        {
            return null;
        }

        if (!secrets.Contains(name))
        {
            problems.Add("language.unknown_reference", $"The secret `{name}` is not listed in `use.secrets`.{Suggestion.For(name, secrets)} Add it there.", fields["use"]!);
        }

        return new Authentication.FromSecret(scheme, name);
    }
}
