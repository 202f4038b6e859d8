// Jarvis's own envelope (who orders what on whose behalf), not the bus's transport envelope.
global using Envelope = Jarvis.Application.Platform.Envelope;
