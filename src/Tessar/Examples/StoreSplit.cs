namespace Tessar.Examples;

/// <summary>A named range of rows, such as <c>train</c> or <c>test</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="First">Its first row.</param>
/// <param name="Count">Its rows.</param>
public sealed record StoreSplit(string Name, long First, long Count);
