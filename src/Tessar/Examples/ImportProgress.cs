namespace Tessar.Examples;

/// <summary>How far an import has come.</summary>
/// <param name="Done">Examples looked through or written.</param>
/// <param name="Total">Examples in all; 0 while nobody knows.</param>
/// <param name="IsSurvey">True while labels and pictures are only looked through, before the first is written.</param>
public readonly record struct ImportProgress(long Done, long Total, bool IsSurvey = false);
