namespace Jarvis.Projections.Devices;

/// <summary>The table of <see cref="DevicesView"/>: PCs in versions.</summary>
internal static class DeviceTables
{
    // 9223372036854775807 is ViewTables.Open; a partial index needs the literal.
    public const string Script = """
        create table if not exists views.devices (
            device_id uuid not null,
            from_position bigint not null,
            to_position bigint not null,
            owner_id uuid not null,
            paired_position bigint not null,
            status text not null,
            name text not null,
            os text not null,
            version text not null,
            address text,
            epoch bigint not null,
            clock_offset_ms bigint not null,
            paired_at timestamptz not null,
            connected_at timestamptz,
            last_seen_at timestamptz,
            revoked_at timestamptz,
            paused_at timestamptz,
            paused_by uuid,
            at_once integer,
            changed_at timestamptz not null,
            stream_version bigint not null,
            clock_uncertainty_ms bigint,
            clock_at timestamptz,
            revoked_by uuid,
            scopes jsonb,
            capabilities text,
            capabilities_at timestamptz,
            primary key (device_id, from_position)
        );
        create index if not exists devices_now_all on views.devices (paired_position) where to_position = 9223372036854775807;
        create index if not exists devices_now on views.devices (owner_id, paired_position) where to_position = 9223372036854775807;
        create index if not exists devices_then on views.devices (owner_id, paired_position, from_position);
        create index if not exists devices_changes on views.devices (owner_id, from_position);
        """;
}
