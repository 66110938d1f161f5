/** What a simulation is aimed at: options, the gateway, its agencies and their keys. */
package kz.qaqpa.load.run;
