namespace Jarvis.Projections.Workflows;

/// <summary>The tables of <see cref="WorkflowsView"/>: workflows in versions, and whose favourites they are.</summary>
internal static class WorkflowTables
{
    // 9223372036854775807 is ViewTables.Open; a partial index needs the literal.
    public const string Script = """
        create table if not exists views.workflows (
            workflow_id uuid not null,
            from_position bigint not null,
            to_position bigint not null,
            owner_id uuid not null,
            published_position bigint not null,
            namespace text not null,
            name text not null,
            revision integer not null,
            document_version text not null,
            definition_hash text not null,
            disabled boolean not null,
            published_at timestamptz not null,
            at_once integer,
            changed_at timestamptz not null,
            stream_version bigint not null,
            category text,
            tags jsonb not null default '[]',
            document_category text,
            document_tags jsonb not null default '[]',
            own_category text,
            own_tags jsonb,
            about text,
            changed_by uuid,
            primary key (workflow_id, from_position)
        );
        create index if not exists workflows_now on views.workflows (owner_id, published_position) where to_position = 9223372036854775807;
        create index if not exists workflows_named on views.workflows (owner_id, name) where to_position = 9223372036854775807;
        create index if not exists workflows_then on views.workflows (owner_id, published_position, from_position);
        create index if not exists workflows_now_all on views.workflows (published_position) where to_position = 9223372036854775807;

        create table if not exists views.workflow_favourites (
            owner_id uuid not null,
            workflow_id uuid not null,
            from_position bigint not null,
            to_position bigint not null,
            primary key (owner_id, workflow_id, from_position)
        );
        """;
}
