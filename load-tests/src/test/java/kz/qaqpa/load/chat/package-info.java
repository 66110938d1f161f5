/** What is asked: prompts in three languages, bodies of requests, and the course of a day. */
package kz.qaqpa.load.chat;
