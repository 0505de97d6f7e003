using System.Runtime.CompilerServices;

namespace Tessar.Startup;

/// <summary>Compiled into every executable: makes Tessar's native loader ready before the program's first torch call.</summary>
/// <remarks>
/// A module initializer is only guaranteed to have run at the first access to a member of its own assembly. A program
/// whose first torch call comes earlier would fail for good on systems where plain TorchSharp doesn't load.
/// </remarks>
internal static class InitializeTessar
{
#pragma warning disable CA2255 // this initializer has to run before any code of the program
    [ModuleInitializer]
    internal static void Run() => RuntimeHelpers.RunModuleConstructor(typeof(Tessar.Native.BridgeLoader).Module.ModuleHandle);
#pragma warning restore CA2255
}
