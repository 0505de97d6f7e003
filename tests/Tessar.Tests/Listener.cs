namespace Tessar.Tests;

/// <summary>Hears of progress at once, on the thread that reports it; <see cref="Progress{T}"/> would come later.</summary>
internal sealed class Listener<T>(Action<T> hear) : IProgress<T>
{
    public void Report(T value) => hear(value);
}
