namespace Tessar.Examples.Importers;

/// <summary>What goes with a source while it is opened.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="LeftOut">Receives what is passed over.</param>
/// <param name="Cancellation">Ends it.</param>
internal sealed record OpeningContext(ImportOptions Options, LeftOut LeftOut, CancellationToken Cancellation);
