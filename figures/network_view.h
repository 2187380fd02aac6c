#pragma once

namespace vtpu::figures {

/// Whether the command line asks for a drawing of a report of phextnet instead of figures of the paper.
bool asks_for_network_view(int argc, char** argv);

/// `main` of that mode: `--network REPORT.json --view curve|links|machine --svg FILE`. Exit status: 0 done, 1 a file
/// cannot be read or drawn, 2 wrong usage.
int network_view_main(int argc, char** argv);

}  // namespace vtpu::figures
