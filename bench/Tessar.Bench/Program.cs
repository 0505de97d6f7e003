namespace Tessar.Bench;

internal static class Program
{
    private static int Main(string[] arguments) => Benchmarks.Run(arguments);
}
