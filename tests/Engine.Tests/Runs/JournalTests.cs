using System.Collections.Concurrent;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Runs;

public sealed class JournalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File => folder.File("journal.db");

    [Fact]
    public async Task programs_that_open_a_new_journal_at_once_all_get_it()
    {
        for (var round = 0; round < 10; round++)
        {
            var file = folder.File($"{round}.db");
            using var start = new Barrier(6);
            var opened = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return Journal.Open(file);
                }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            foreach (var journal in opened)
            {
                await journal.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task a_new_journal_is_its_owners_alone_whoever_may_enter_the_folder()
    {
        await using var journal = Journal.Open(File);
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in Directory.GetFiles(folder.Path, "journal.db*"))
            {
                System.IO.File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
            }
        }
    }

    [Fact]
    public async Task events_of_many_runs_are_numbered_without_a_gap_each_on_its_own()
    {
        await using var journal = Journal.Open(File);
        var places = new List<JournalPlace>();
        for (var i = 0; i < 20; i++)
        {
            places.Add((await journal.Begin(NewRun(), "me"))!);
        }

        await Task.WhenAll(places.SelectMany(place => Enumerable.Range(0, 50).Select(_ => journal.Append(place, [Event(), Event()]))));

        foreach (var place in places)
        {
            place.LastSequence.ShouldBe(100);
            journal.AllEvents(place.RunId).Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, 100).Select(n => (long)n));
        }
    }

    [Fact]
    public async Task a_page_ends_where_it_would_grow_too_large_but_has_one_event_at_least()
    {
        await using var journal = Journal.Open(File);
        var place = (await journal.Begin(NewRun(), "me"))!;
        await journal.Append(place, [Event(100), Event(100), Event(100)]);

        journal.ReadEvents(place.RunId, 0, maxBytes: 250).Count.ShouldBe(2);
        journal.ReadEvents(place.RunId, 2, maxBytes: 1).Count.ShouldBe(1);
        journal.ReadEvents(place.RunId, 3).ShouldBeEmpty();
    }

    [Fact]
    public async Task the_same_run_is_kept_once()
    {
        await using var journal = Journal.Open(File);
        var run = NewRun();
        (await journal.Create(run)).ShouldBeTrue();
        (await journal.Create(run)).ShouldBeFalse();
        (await journal.Begin(run, "me")).ShouldBeNull();
        (await journal.Claim(run.RunId, "me")).ShouldNotBeNull();
        (await journal.Claim(run.RunId, "another")).ShouldBeNull();
        (await journal.Claim(run.RunId, "another", expectedOwner: "me")).ShouldNotBeNull();
        (await journal.Claim(Guid.CreateVersion7(), "me")).ShouldBeNull();
    }

    [Fact]
    public async Task a_run_stays_unsent_until_it_ended_and_all_of_it_is_acknowledged()
    {
        await using var journal = Journal.Open(File);
        var run = NewRun() with { Submits = true };
        var place = (await journal.Begin(run, "me"))!;
        await journal.Append(place, [Event()]);
        await journal.Acknowledge(run.RunId, 1);
        journal.Unsent().ShouldHaveSingleItem().Acknowledged.ShouldBe(1);

        await journal.Append(place, [Event()], new StatusChange(JournaledStatus.Completed, DateTimeOffset.UtcNow));
        await journal.Acknowledge(run.RunId, 1);
        journal.Unsent().ShouldHaveSingleItem().Ended.ShouldBeTrue();
        await journal.Acknowledge(run.RunId, 2);
        journal.Unsent().ShouldBeEmpty();

        var control = new JournaledControl(Guid.CreateVersion7(), run.RunId, ControlKind.Pause, 0, DateTimeOffset.UtcNow, false, false);
        await journal.ReceiveControl(control);
        await journal.Append(place, [Event()], controls: [new ControlProgress(control.ControlId, Effective: true)]);
        journal.Unsent().ShouldHaveSingleItem().LastSequence.ShouldBe(3);
        journal.OpenControls(run.RunId).ShouldBeEmpty();
    }

    [Fact]
    public async Task what_was_done_for_another_account_stays_parked_with_what_it_begins_and_is_taken_up_when_that_one_is_back()
    {
        await using var journal = Journal.Open(File);
        var (former, next) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var (blob, later) = (new BlobReference(new string('a', 64), 1, "text/plain"), new BlobReference(new string('b', 64), 1, "text/plain"));
        var run = NewRun() with { Submits = true };
        var place = (await journal.Begin(run, "me"))!;
        await journal.Append(place, [Event() with { Blobs = [blob] }]);

        await journal.ChangeAccount(former, next);

        var child = NewRun() with { Submits = true, ParentRunId = run.RunId };
        await journal.Create(child);
        await journal.Append(place, [Event() with { Blobs = [later] }]);
        journal.Unsent().ShouldAllBe(unsent => unsent.ParkedCode == "device.other_account");
        journal.NextUpload(DateTimeOffset.UtcNow.AddDays(1)).ShouldBeNull();
        var own = NewRun() with { Submits = true };
        await journal.Create(own);
        journal.Find(own.RunId)!.ParkedCode.ShouldBeNull();
        // The same bytes may wait for both.
        await journal.Append((await journal.Claim(own.RunId, "me"))!, [Event() with { Blobs = [blob] }]);
        journal.NextUpload(DateTimeOffset.UtcNow)!.Blob.ShouldBe(blob);

        await journal.ChangeAccount(next, former);

        journal.Uploads().Count.ShouldBe(2);
        (await journal.EndUpload(journal.NextUpload(DateTimeOffset.UtcNow)!)).ShouldBeTrue("the other account's run names the same bytes");
        journal.NextUpload(DateTimeOffset.UtcNow)!.Blob.ShouldBe(later);

        (journal.Find(run.RunId)!.ParkedCode, journal.Find(child.RunId)!.ParkedCode).ShouldBe((null, null));
        journal.Find(own.RunId)!.ParkedCode.ShouldBe("device.other_account");
    }

    [Fact]
    public async Task what_was_flushed_is_there_after_opening_again()
    {
        var run = NewRun() with { Continues = new Continuation(Guid.CreateVersion7(), "/do/1/x", new MarkedDone("{}"u8.ToArray(), Guid.CreateVersion7()), "[1]"u8.ToArray()) };
        await using (var journal = Journal.Open(File))
        {
            var place = (await journal.Begin(run, "me"))!;
            await journal.Append(place, [new PendingEvent("type", DateTimeOffset.UnixEpoch, "{}"u8.ToArray(), "1"u8.ToArray(), "2"u8.ToArray())]);
        }

        await using var again = Journal.Open(File);
        var found = again.Find(run.RunId).ShouldNotBeNull();
        found.LastSequence.ShouldBe(1);
        found.Request.Continues!.From.ShouldBe("/do/1/x");
        found.Request.Continues.Done!.By.ShouldBe(run.Continues.Done!.By);
        found.Request.Continues.Input.ShouldBe("[1]"u8.ToArray());
        var kept = again.ReadEvents(run.RunId, 0).ShouldHaveSingleItem();
        kept.Private.ShouldBe("1"u8.ToArray());
        kept.Whole.ShouldBe("2"u8.ToArray());
    }

    [Fact]
    public async Task a_journal_of_the_first_format_is_brought_to_this_one_with_what_is_in_it()
    {
        var run = NewRun();
        await using (var journal = Journal.Open(File))
        {
            await journal.Create(run);
        }

        using (var earlier = new SqliteDatabase(File))
        {
            earlier.Execute("ALTER TABLE runs DROP COLUMN continues_input; PRAGMA user_version=1;");
        }

        await using var again = Journal.Open(File);
        again.Find(run.RunId).ShouldNotBeNull();
        var later = NewRun() with { Continues = new Continuation(run.RunId, null, null, "[1]"u8.ToArray()) };
        await again.Create(later);
        again.Find(later.RunId)!.Request.Continues!.Input.ShouldBe("[1]"u8.ToArray());
    }

    [Fact]
    public async Task a_waiting_reader_is_woken_by_an_append_of_another_process()
    {
        await using var journal = Journal.Open(File);
        await using var other = Journal.Open(File);
        var waiting = journal.Changed(journal.Version, CancellationToken.None);
        await other.Create(NewRun());
        await waiting.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task a_full_disk_holds_writes_back_and_they_go_on_once_there_is_room()
    {
        using var disk = SmallDisk.Mount(megabytes: 4);
        Assert.SkipWhen(disk is null, SmallDisk.Missing);
        await using var journal = Journal.Open(disk.File("journal.db"));
        var place = (await journal.Begin(NewRun(), "me"))!;
        await journal.Append(place, [Event()]);
        disk.Fill();
        var writes = Enumerable.Range(0, 100).Select(_ => journal.Append(place, [Event(8_000)])).ToList();

        await EngineUnderTest.Eventually(() => journal.Trouble is not null);
        journal.Trouble.ShouldNotBeNull().ShouldContain("no task starts or ends");
        var answered = writes.Count(w => w.IsCompletedSuccessfully);
        answered.ShouldBeLessThan(100);
        journal.Find(place.RunId)!.LastSequence.ShouldBe(answered + 1, "only what is flushed is answered");

        disk.MakeRoom();
        await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(10));
        journal.Trouble.ShouldBeNull();
        journal.AllEvents(place.RunId).Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, 101).Select(n => (long)n));
    }

    [Fact]
    public async Task the_disk_is_well_again_only_once_the_files_beside_the_journal_can_be_written_too()
    {
        using var disk = SmallDisk.Mount(megabytes: 4);
        Assert.SkipWhen(disk is null, SmallDisk.Missing);
        await using var journal = Journal.Open(disk.File("journal.db"));
        var place = (await journal.Begin(NewRun(), "me"))!;
        var told = new ConcurrentQueue<string?>();
        journal.TroubleChanged += told.Enqueue;
        var hasRoom = false;
        var file = journal.WithFiles(() => Volatile.Read(ref hasRoom) ? "kept" : throw new IOException("no room"), CancellationToken.None).AsTask();
        disk.Fill();
        var writes = Enumerable.Range(0, 100).Select(_ => journal.Append(place, [Event(8_000)])).ToList();
        await EngineUnderTest.Eventually(() => told.Count == 2);

        disk.MakeRoom();
        await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(30));
        journal.Trouble.ShouldNotBeNull().ShouldContain("no room");
        told.Last().ShouldBe(journal.Trouble);

        Volatile.Write(ref hasRoom, true);
        (await file.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("kept");
        journal.Trouble.ShouldBeNull();
        told.Count(trouble => trouble is null).ShouldBe(1);
        told.Last().ShouldBeNull();
    }

    [Fact]
    public async Task a_journal_that_waits_for_no_disk_answers_at_once_and_in_order()
    {
        await using var journal = Journal.Open(File, durable: false);
        var places = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => journal.Begin(NewRun(), "me")));

        await Task.WhenAll(places.Select(place => Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                journal.Append(place!, [Event()]).IsCompletedSuccessfully.ShouldBeTrue();
            }
        })));

        foreach (var place in places)
        {
            journal.AllEvents(place!.RunId).Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, 100).Select(n => (long)n));
        }
    }

    [Fact]
    public async Task what_a_full_disk_holds_back_in_a_journal_that_waits_for_none_is_not_overtaken()
    {
        using var disk = SmallDisk.Mount(megabytes: 4);
        Assert.SkipWhen(disk is null, SmallDisk.Missing);
        await using var journal = Journal.Open(disk.File("journal.db"), durable: false);
        var place = (await journal.Begin(NewRun(), "me"))!;
        disk.Fill();
        var writes = new List<Task>();
        for (var i = 0; i < 100; i++)
        {
            writes.Add(journal.Append(place, [Event(8_000)]));
        }

        await EngineUnderTest.Eventually(() => journal.Trouble is not null);
        writes.Count(w => w.IsCompletedSuccessfully).ShouldBeLessThan(100);
        disk.MakeRoom();
        writes.Add(journal.Append(place, [Event()]));
        await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(30));
        journal.AllEvents(place.RunId).Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, 101).Select(n => (long)n));
        journal.AllEvents(place.RunId).Last().Data.Length.ShouldBeLessThan(8_000);
    }

    [Fact]
    public void a_damaged_journal_is_refused_with_what_to_do()
    {
        System.IO.File.WriteAllText(File, string.Concat(Enumerable.Repeat("this is no database ", 500)));
        Should.Throw<JournalException>(() => Journal.Open(File)).Message.ShouldContain("damaged");
    }

    [Fact]
    public async Task a_journal_of_a_newer_version_is_refused()
    {
        await Journal.Open(File).DisposeAsync();
        using (var database = new SqliteDatabase(File))
        {
            database.Execute("PRAGMA user_version=99");
        }

        Should.Throw<JournalException>(() => Journal.Open(File)).Message.ShouldContain("newer version");
    }

    [Fact]
    public async Task a_write_that_fails_does_not_fail_its_neighbours()
    {
        await using var journal = Journal.Open(File);
        var place = (await journal.Begin(NewRun(), "me"))!;
        var good = Enumerable.Range(0, 50).Select(_ => journal.Append(place, [Event()])).ToList();
        var bad = journal.Create(NewRun() with { Definition = null! });
        good.AddRange(Enumerable.Range(0, 50).Select(_ => journal.Append(place, [Event()])));
        await Task.WhenAll(good);
        await Should.ThrowAsync<SqliteException>(bad);
        journal.Find(place.RunId)!.LastSequence.ShouldBe(100);
    }

    public void Dispose() => folder.Dispose();

    private static NewRun NewRun() => new(
        Guid.CreateVersion7(), new DefinitionReference("tests", "test", "1.0.0"), "source", "hash", "{}"u8.ToArray(), RunOrigin.Local, false, DateTimeOffset.UtcNow);

    private static PendingEvent Event(int size = 2) => new("type", DateTimeOffset.UtcNow, [.. Enumerable.Repeat((byte)'x', size)]);
}
