using Jarvis.Application.Runs;
using JasperFx;
using JasperFx.Core;
using JasperFx.Events;
using Npgsql;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Configuration;

namespace Jarvis.Application.Platform;

/// <summary>The bus, option by option, each with its reason.</summary>
public static class MessagingSetup
{
    /// <summary>Queues that the runs' conversation is spread over; one owner's messages stay in order.</summary>
    private const int RunQueues = 4;

    /// <summary>A stored message this old that nobody handled was lost on its way to its queue. Handlers bear a message that comes twice.</summary>
    private static readonly TimeSpan TakenUpAfter = 20.Seconds();

    public static void UseJarvis(this WolverineOptions options)
    {
        // One process; with a broker the nodes share the work instead.
        options.Durability.Mode = DurabilityMode.Solo;
        options.Durability.ScheduledJobFirstExecution = 500.Milliseconds();
        options.Durability.ScheduledJobPollingTime = 1.Seconds();
        options.Durability.KeepAfterMessageHandling = 1.Minutes();
        // A commit whose answer was lost with the connection leaves its messages stored but in nobody's queue: they are taken up again.
        options.Durability.InboxStaleTime = TakenUpAfter;
        options.Durability.OutboxStaleTime = TakenUpAfter;

        // Handlers are named by assembly; nothing is found by accident.
        options.Discovery.IncludeAssembly(typeof(MessagingSetup).Assembly);
        options.MultipleHandlerBehavior = MultipleHandlerBehavior.Separated;

        // A message is stored with what caused it and gone only when handled.
        options.Policies.AutoApplyTransactions();
        options.Policies.UseDurableLocalQueues();
        options.Policies.UseDurableInboxOnAllListeners();
        options.Policies.UseDurableOutboxOnAllSendingEndpoints();

        options.Policies.ForMessagesOfType<Instruction>().AddMiddleware(typeof(Stamp));

        options.MessagePartitioning
            .ByMessage<IRunMessage>(message => message.OwnerId.ToString())
            .PublishToPartitionedLocalMessaging("runs", RunQueues, topology =>
            {
                topology.MessagesImplementing<IRunMessage>();
                topology.MaxDegreeOfParallelism = PartitionSlots.Five;
                topology.ConfigureQueues(queue => queue.UseDurableInbox());
            });

        // A lost race is decided again at once; a kept answer that is there already is the answer.
        options.Policies.OnException<EventStreamUnexpectedMaxEventIdException>().Or<ConcurrencyException>()
            .Or<DocumentAlreadyExistsException>(taken => taken.DocumentType != typeof(KeptAnswer))
            .RetryWithCooldown(5.Milliseconds(), 20.Milliseconds(), 50.Milliseconds(), 100.Milliseconds(), 250.Milliseconds(), 500.Milliseconds())
            .Then.ScheduleRetry(2.Seconds(), 10.Seconds());
        // The database may be away for a while; the message waits. What fails for another reason goes to the dead letters, which are counted.
        options.Policies.OnException(DatabaseTrouble.IsPassing)
            .RetryWithCooldown(100.Milliseconds(), 500.Milliseconds(), 2.Seconds(), 5.Seconds())
            .Then.ScheduleRetry(15.Seconds(), 30.Seconds(), 1.Minutes(), 5.Minutes());
    }
}
