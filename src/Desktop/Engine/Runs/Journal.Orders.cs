using Jarvis.Domain.Runs;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <content>What the runs are asked, and what the engine must remember besides their events.</content>
public sealed partial class Journal
{
    /// <summary>Keeps a command as it came; false where its number is known already.</summary>
    public Task<bool> ReceiveCommand(ReceivedCommand command, CancellationToken cancellation = default) => writer.Do(
        database => database.Prepare("""
            INSERT INTO commands(number, id, type, run_id, deadline, body, received_at) VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(number) DO NOTHING
            """)
            .Bind(command.Number).Bind(command.Id.ToString()).Bind(command.Type).Bind(command.RunId).Bind(command.Deadline)
            .Bind(command.Body.AsSpan()).Bind(command.ReceivedAt).Run() == 1,
        cancellation);

    /// <summary>Number of the last command received; 0 before the first.</summary>
    public long LastCommand() => readers.Read(database =>
    {
        var statement = database.Prepare("SELECT coalesce(max(number), 0) FROM commands");
        statement.Step();
        var number = statement.Long(0);
        statement.Reset();
        return number;
    });

    /// <summary>The id under which the server gave the command; null where none of that number was received, or it had no id.</summary>
    public Guid? CommandId(long number) => readers.Read(database =>
    {
        var row = database.Prepare("SELECT id FROM commands WHERE number = ?").Bind(number);
        Guid? id = row.Step() ? row.Id(0) : null;
        row.Reset();
        return id == Guid.Empty ? null : id;
    });

    /// <summary>Commands that were received and not yet handled, in order.</summary>
    public IReadOnlyList<ReceivedCommand> UnhandledCommands() => readers.Read(database =>
    {
        var row = database.Prepare("SELECT number, id, type, run_id, deadline, body, received_at FROM commands WHERE handled = 0 ORDER BY number");
        var commands = new List<ReceivedCommand>();
        while (row.Step())
        {
            commands.Add(new ReceivedCommand(
                row.Long(0), row.Id(1), row.Text(2), row.IdOrNull(3), row.InstantOrNull(4), row.Blob(5), row.Instant(6), Handled: false));
        }

        row.Reset();
        return commands;
    });

    public Task HandledCommand(long number, CancellationToken cancellation = default) => writer.Do(
        database => database.Prepare("UPDATE commands SET handled = 1 WHERE number = ?").Bind(number).Run(), cancellation);

    /// <summary>Forgets every command: they were another device's, whose count has nothing to do with the present one's.</summary>
    public Task ForgetCommands(CancellationToken cancellation = default) => writer.Do(
        database => database.Prepare("DELETE FROM commands").Run(), cancellation);

    /// <summary>Keeps a control before it is acted upon; false where its id is known already.</summary>
    public Task<bool> ReceiveControl(JournaledControl control, CancellationToken cancellation = default) => writer.Do(
        database => database.Prepare("""
            INSERT INTO controls(control_id, run_id, kind, grace_seconds, received_at) VALUES(?, ?, ?, ?, ?) ON CONFLICT(control_id) DO NOTHING
            """)
            .Bind(control.ControlId.ToString()).Bind(control.RunId).Bind((long)control.Kind).Bind(control.GraceSeconds).Bind(control.ReceivedAt).Run() == 1,
        cancellation);

    /// <summary>Controls of a run that have not taken effect, in the order in which they were received.</summary>
    public IReadOnlyList<JournaledControl> OpenControls(Guid runId) => readers.Read(database =>
    {
        var row = database.Prepare("""
            SELECT control_id, kind, grace_seconds, received_at, acknowledged FROM controls WHERE run_id = ? AND effective = 0 ORDER BY received_at, control_id
            """).Bind(runId);
        var controls = new List<JournaledControl>();
        while (row.Step())
        {
            controls.Add(new JournaledControl(
                row.Id(0), runId, (ControlKind)row.Long(1), (int)row.Long(2), row.Instant(3), Acknowledged: row.Long(4) == 1, Effective: false));
        }

        row.Reset();
        return controls;
    });

    /// <summary>Runs that have a control which has not taken effect.</summary>
    public IReadOnlyList<Guid> RunsWithOpenControls() => readers.Read(database =>
    {
        var row = database.Prepare("SELECT DISTINCT run_id FROM controls WHERE effective = 0");
        var runs = new List<Guid>();
        while (row.Step())
        {
            runs.Add(row.Id(0));
        }

        row.Reset();
        return runs;
    });

    /// <summary>Notes a process before anyone relies on it, so that a later start of the engine finds it if it was left over.</summary>
    public Task NoteProcess(StartedProcess process, CancellationToken cancellation = default) => writer.Do(
        database => database.Prepare("INSERT INTO processes(process_id, started, run_id) VALUES(?, ?, ?) ON CONFLICT DO NOTHING")
            .Bind(process.ProcessId).Bind(process.StartedTicks).Bind(process.RunId).Run(),
        cancellation);

    public Task ForgetProcess(StartedProcess process, CancellationToken cancellation = default) => writer.Do(
        database => database.Prepare("DELETE FROM processes WHERE process_id = ? AND started = ?").Bind(process.ProcessId).Bind(process.StartedTicks).Run(),
        cancellation);

    /// <summary>Processes of a run that were noted and not forgotten.</summary>
    public IReadOnlyList<StartedProcess> NotedProcesses(Guid runId) => readers.Read(database =>
    {
        var row = database.Prepare("SELECT process_id, started FROM processes WHERE run_id = ?").Bind(runId);
        var processes = new List<StartedProcess>();
        while (row.Step())
        {
            processes.Add(new StartedProcess(runId, (int)row.Long(0), row.Text(1)));
        }

        row.Reset();
        return processes;
    });

    /// <summary>A small value kept by name (such as the last epoch); null where there is none.</summary>
    public string? Setting(string name) => readers.Read(database =>
    {
        var row = database.Prepare("SELECT value FROM settings WHERE name = ?").Bind(name);
        var value = row.Step() ? row.Text(0) : null;
        row.Reset();
        return value;
    });

    public Task KeepSetting(string name, string value, CancellationToken cancellation = default) => writer.Do(
        database => database.Prepare("INSERT INTO settings(name, value) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value")
            .Bind(name).Bind(value).Run(),
        cancellation);
}
