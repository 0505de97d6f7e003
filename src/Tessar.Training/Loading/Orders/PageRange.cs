namespace Tessar.Training.Loading.Orders;

/// <summary>The examples that begin in one page of the file.</summary>
/// <param name="Page">Number of the page.</param>
/// <param name="First">The first of them, an index of the set.</param>
/// <param name="Count">How many, from 1.</param>
internal readonly record struct PageRange(long Page, int First, int Count);
