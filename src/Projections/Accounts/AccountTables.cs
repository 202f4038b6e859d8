namespace Jarvis.Projections.Accounts;

/// <summary>The table of <see cref="AccountsView"/>: people in versions.</summary>
internal static class AccountTables
{
    // 9223372036854775807 is ViewTables.Open; a partial index needs the literal.
    public const string Script = """
        create table if not exists views.accounts (
            account_id uuid not null,
            from_position bigint not null,
            to_position bigint not null,
            owner_id uuid not null,
            registered_position bigint not null,
            role text not null,
            email_key text not null,
            email text not null,
            display_name text,
            time_zone text not null,
            language text,
            registered_at timestamptz not null,
            changed_at timestamptz not null,
            stream_version bigint not null,
            primary key (account_id, from_position)
        );
        create index if not exists accounts_now on views.accounts (registered_position) where to_position = 9223372036854775807;
        create index if not exists accounts_of_addresses on views.accounts (email_key) where to_position = 9223372036854775807;
        """;
}
